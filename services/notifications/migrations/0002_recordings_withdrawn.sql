-- A recording that was withdrawn is kept as such: older news of it changes nothing, and no mail invites to watch it.

ALTER TABLE recordings ADD withdrawn boolean NOT NULL DEFAULT false;
