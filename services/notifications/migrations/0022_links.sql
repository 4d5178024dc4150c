-- The generation of the links of the one whom a mail is for: with each registration, invitation and notice, since each
-- event tells it; of readers of the newsletter it is kept here.

ALTER TABLE registrations ADD generation integer NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD generation integer NOT NULL DEFAULT 0;
ALTER TABLE notices ADD generation integer NOT NULL DEFAULT 0;
ALTER TABLE subscriptions ADD generation integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN subscriptions.generation IS 'Of the links to preferences that are good; raised when their reader asks for a new one';

