-- People who are forgotten: late news of them is not taken in again.

CREATE TABLE erased_people (
    person_id uuid PRIMARY KEY,
    erased_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX registrations_person ON registrations (person_id);
CREATE INDEX invitations_person ON invitations (person_id);
CREATE INDEX notices_person ON notices (person_id);
