-- Documents are read far more often than they are written, and lz4 unpacks one in a third of pglz's time. What was
-- written before stays as it is until it changes.
ALTER TABLE entries ALTER document SET COMPRESSION lz4;
ALTER TABLE changes ALTER document SET COMPRESSION lz4;
ALTER TABLE texts ALTER body SET COMPRESSION lz4;
