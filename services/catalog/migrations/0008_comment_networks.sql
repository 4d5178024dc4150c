-- Staff reject at once what one network sent. It is kept for as long as a comment waits, and no longer.

ALTER TABLE comments ADD network inet;
COMMENT ON COLUMN comments.network IS 'From where it was sent, while it waits for a decision';
