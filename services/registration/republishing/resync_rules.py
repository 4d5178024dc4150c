"""How registration says again what it publishes, once it was restored and others hold later states.

Not what would ask or tell people anew, such as invitations and certificates: that is left to staff.
"""

from services.registration.attendance.queries import raise_attendance
from services.registration.availability.queries import raise_availability
from services.registration.seats.queries import raise_registration
from shared.events import registration as events
from shared.messaging.resync import ResyncRule

RESYNC_RULES = {
    "registration": ResyncRule(events.RegistrationUpdated, raise_registration),
    "attendance": ResyncRule(events.AttendanceRecorded, raise_attendance),
    "availability": ResyncRule(events.AvailabilityChanged, raise_availability),
}
