-- Text that is compared is ordered by its bytes, as in every other store. There are no foreign keys: every write holds the lock on its pipeline's row, removing
-- one removes its parts in the same statement, and the checks would cost more than the writes.

CREATE TABLE farm (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    id text NOT NULL
);
INSERT INTO farm (id) VALUES (left(replace(gen_random_uuid()::text, '-', ''), 12));

-- Rewritten with every transition: room in the page keeps the new version beside the old one, without a new index entry.
CREATE TABLE pipeline (
    id text COLLATE "C" PRIMARY KEY,
    version bigint NOT NULL,
    status text COLLATE "C" NOT NULL,
    created bigint NOT NULL,
    search text COLLATE "C" NOT NULL,
    summary text NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX pipeline_newest ON pipeline (created, id) INCLUDE (search);
CREATE INDEX pipeline_by_status ON pipeline (status, created, id) INCLUDE (search);

CREATE TABLE definition (
    pipeline text COLLATE "C" PRIMARY KEY,
    body text NOT NULL
);

CREATE TABLE task (
    pipeline text COLLATE "C" NOT NULL,
    position integer NOT NULL,
    state text NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (pipeline, position)
) WITH (fillfactor = 50);

CREATE TABLE event (
    pipeline text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    position integer NOT NULL,
    at bigint NOT NULL,
    task text COLLATE "C",
    name text NOT NULL,
    text text NOT NULL,
    PRIMARY KEY (pipeline, version, position)
);

CREATE TABLE operation (
    pipeline text COLLATE "C" NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (pipeline, id)
);

CREATE TABLE artifact_use (
    sha256 text COLLATE "C" NOT NULL,
    pipeline text COLLATE "C" NOT NULL,
    PRIMARY KEY (sha256, pipeline)
);
CREATE INDEX artifact_use_of_pipeline ON artifact_use (pipeline);

CREATE TABLE write_probe (
    writer text PRIMARY KEY,
    at timestamptz NOT NULL
);
