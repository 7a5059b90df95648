-- Divides the events, commands and entities of the schema "sessionstream" among 16 tables each, by session.
-- While nobody writes to them. What is there moves along.
BEGIN;
SET LOCAL search_path TO sessionstream;

DO $$
DECLARE
  pieces CONSTANT integer := 16;
  whole  text;
BEGIN
  FOREACH whole IN ARRAY ARRAY['event', 'command', 'entity'] LOOP
    EXECUTE format('ALTER TABLE %I RENAME TO %I', whole, whole || '_whole');
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL) PARTITION BY HASH (session_key)', whole, whole || '_whole');
    FOR piece IN 0 .. pieces - 1 LOOP
      EXECUTE format(
        'CREATE TABLE %I PARTITION OF %I FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
        whole || '_' || piece, whole, pieces, piece
      );
    END LOOP;
    EXECUTE format('INSERT INTO %I SELECT * FROM %I', whole, whole || '_whole');
    EXECUTE format('DROP TABLE %I', whole || '_whole');
  END LOOP;
END $$;

COMMIT;
