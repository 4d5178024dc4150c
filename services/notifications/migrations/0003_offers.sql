-- Seats can be offered for a time; invitations revoked.

ALTER TABLE registrations
    DROP CONSTRAINT registrations_status_check,
    ADD CONSTRAINT registrations_status_check CHECK (status IN ('confirmed', 'offered', 'waitlisted', 'cancelled'));
ALTER TABLE invitations
    DROP CONSTRAINT invitations_status_check,
    ADD CONSTRAINT invitations_status_check CHECK (status IN ('issued', 'accepted', 'declined', 'expired', 'revoked'));
