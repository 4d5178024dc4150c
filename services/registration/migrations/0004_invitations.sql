-- Invitations are revoked and transferred; staff issue them too; those that nobody answered in time expire.

ALTER TABLE invitations
    ADD issued_by        text NOT NULL DEFAULT 'series' CHECK (issued_by IN ('series', 'staff', 'transfer')),
    ADD transferred_from uuid REFERENCES invitations,
    DROP CONSTRAINT invitations_status_check,
    ADD CONSTRAINT invitations_status_check
        CHECK (status IN ('issued', 'accepted', 'declined', 'expired', 'revoked'));
CREATE INDEX invitations_expiring ON invitations (expires_at) WHERE status = 'issued';
CREATE INDEX invitations_person ON invitations (person_id);
