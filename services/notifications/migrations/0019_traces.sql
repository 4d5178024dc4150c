-- A mail belongs to the trace of what caused it, so that one trace leads from the request of a registration to the mail
-- server. Mails that no trace led to, and those of earlier versions, have none.

ALTER TABLE messages ADD traceparent text;
COMMENT ON COLUMN messages.traceparent IS 'What handled the event or the request that caused it (W3C trace context)';
