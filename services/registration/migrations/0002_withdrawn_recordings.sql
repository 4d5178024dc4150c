-- A recording that was withdrawn is kept as such, so that older news of it changes nothing.

ALTER TABLE recordings ADD withdrawn boolean NOT NULL DEFAULT false;
