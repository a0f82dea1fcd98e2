-- What the ADO.NET providers of Orleans 10 read by name: the table OrleansQuery, its keys, the parameters of each query and the columns of each answer. Everything
-- else here is ours: every write is one statement, and a key decides which of two writers wins.

CREATE TABLE OrleansQuery (
    QueryKey text PRIMARY KEY,
    QueryText text NOT NULL
);

-- The membership of a cluster: one row with the version of the whole table, one row a silo.

CREATE TABLE orleans_cluster (
    cluster text PRIMARY KEY,
    version integer NOT NULL DEFAULT 0,
    changed timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE orleans_silo (
    cluster text NOT NULL REFERENCES orleans_cluster (cluster),
    address text NOT NULL,
    port integer NOT NULL,
    generation integer NOT NULL,
    name text NOT NULL,
    host text NOT NULL,
    status integer NOT NULL,
    gateway integer,
    suspects text,
    started timestamptz NOT NULL,
    alive timestamptz NOT NULL,
    PRIMARY KEY (cluster, address, port, generation)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('InsertMembershipVersionKey', $$
    WITH added AS (INSERT INTO orleans_cluster (cluster) VALUES (@DeploymentId) ON CONFLICT DO NOTHING RETURNING 1)
    SELECT count(*)::integer FROM added
$$),
-- A silo joins or changes only together with the version that the writer read; the row of the version makes writers wait for each other.
('InsertMembershipKey', $$
    WITH bumped AS (
        UPDATE orleans_cluster SET version = version + 1, changed = now()
        WHERE cluster = @DeploymentId AND version = @Version
            AND NOT EXISTS (SELECT 1 FROM orleans_silo WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster
    ), added AS (
        INSERT INTO orleans_silo (cluster, address, port, generation, name, host, status, gateway, started, alive)
        SELECT cluster, @Address, @Port, @Generation, @SiloName, @HostName, @Status, @ProxyPort, @StartTime, @IAmAliveTime FROM bumped
        ON CONFLICT DO NOTHING
        RETURNING 1
    )
    SELECT count(*)::integer FROM added
$$),
('UpdateMembershipKey', $$
    WITH bumped AS (
        UPDATE orleans_cluster SET version = version + 1, changed = now()
        WHERE cluster = @DeploymentId AND version = @Version
            AND EXISTS (SELECT 1 FROM orleans_silo WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation)
        RETURNING cluster
    ), changed AS (
        UPDATE orleans_silo AS s SET status = @Status, suspects = @SuspectTimes::text, alive = greatest(s.alive, @IAmAliveTime)
        FROM bumped
        WHERE s.cluster = bumped.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
        RETURNING 1
    )
    SELECT count(*)::integer FROM changed
$$),
('UpdateIAmAlivetimeKey', $$
    UPDATE orleans_silo SET alive = greatest(alive, @IAmAliveTime)
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
$$),
('MembershipReadRowKey', $$
    SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
        s.gateway AS ProxyPort, s.suspects AS SuspectTimes, s.started AS StartTime, s.alive AS IAmAliveTime, c.version AS Version
    FROM orleans_cluster AS c
    LEFT JOIN orleans_silo AS s ON s.cluster = c.cluster AND s.address = @Address AND s.port = @Port AND s.generation = @Generation
    WHERE c.cluster = @DeploymentId
$$),
('MembershipReadAllKey', $$
    SELECT s.address AS Address, s.port AS Port, s.generation AS Generation, s.name AS SiloName, s.host AS HostName, s.status AS Status,
        s.gateway AS ProxyPort, s.suspects AS SuspectTimes, s.started AS StartTime, s.alive AS IAmAliveTime, c.version AS Version
    FROM orleans_cluster AS c
    LEFT JOIN orleans_silo AS s ON s.cluster = c.cluster
    WHERE c.cluster = @DeploymentId
$$),
('GatewaysQueryKey', $$
    SELECT address AS Address, gateway AS ProxyPort, generation AS Generation FROM orleans_silo
    WHERE cluster = @DeploymentId AND status = @Status AND gateway > 0
$$),
('DeleteMembershipTableEntriesKey', $$
    WITH silos AS (DELETE FROM orleans_silo WHERE cluster = @DeploymentId)
    DELETE FROM orleans_cluster WHERE cluster = @DeploymentId
$$),
-- Status 6 is dead. A row is only removed as it was when it was judged.
('CleanupDefunctSiloEntriesKey', $$
    DELETE FROM orleans_silo WHERE cluster = @DeploymentId AND status = 6 AND alive < @IAmAliveTime AND started < @IAmAliveTime
$$),
('CleanupDefunctSiloEntryKey', $$
    DELETE FROM orleans_silo
    WHERE cluster = @DeploymentId AND address = @Address AND port = @Port AND generation = @Generation
        AND status = 6 AND alive = @IAmAliveTime AND started = @StartTime AND coalesce(suspects, '') = coalesce(@SuspectTimes::text, '')
$$);

-- Small grain state. The primary key is what keeps two first writes from both succeeding.

CREATE TABLE orleans_state (
    service text NOT NULL,
    name text NOT NULL,
    key0 bigint NOT NULL,
    key1 bigint NOT NULL,
    key_text text NOT NULL,
    version integer NOT NULL,
    payload bytea,
    changed timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, name, key_text, key0, key1)
);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
-- Always one row: NULL tells the provider that the write lost.
('WriteToStorageKey', $$
    WITH changed AS (
        UPDATE orleans_state SET payload = @PayloadBinary::bytea, version = version + 1, changed = now()
        WHERE service = @ServiceId AND name = @GrainTypeString AND key_text = coalesce(@GrainIdExtensionString::text, '')
            AND key0 = @GrainIdN0 AND key1 = @GrainIdN1 AND version = @GrainStateVersion::integer
        RETURNING version
    ), added AS (
        INSERT INTO orleans_state (service, name, key0, key1, key_text, version, payload)
        SELECT @ServiceId, @GrainTypeString, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString::text, ''), 1, @PayloadBinary::bytea
        WHERE @GrainStateVersion::integer IS NULL
        ON CONFLICT DO NOTHING
        RETURNING version
    )
    SELECT coalesce((SELECT version FROM changed), (SELECT version FROM added)) AS NewGrainStateVersion
$$),
('ReadFromStorageKey', $$
    SELECT payload AS PayloadBinary, version AS Version FROM orleans_state
    WHERE service = @ServiceId AND name = @GrainTypeString AND key_text = coalesce(@GrainIdExtensionString::text, '')
        AND key0 = @GrainIdN0 AND key1 = @GrainIdN1
$$),
('ClearStorageKey', $$
    WITH changed AS (
        UPDATE orleans_state SET payload = NULL, version = version + 1, changed = now()
        WHERE service = @ServiceId AND name = @GrainTypeString AND key_text = coalesce(@GrainIdExtensionString::text, '')
            AND key0 = @GrainIdN0 AND key1 = @GrainIdN1 AND version = @GrainStateVersion::integer
        RETURNING version
    )
    SELECT (SELECT version FROM changed) AS NewGrainStateVersion
$$);

-- Reminders.

CREATE TABLE orleans_reminder (
    service text NOT NULL,
    grain text NOT NULL,
    name text NOT NULL,
    start timestamptz NOT NULL,
    period bigint NOT NULL,
    hash integer NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (service, grain, name)
);
CREATE INDEX orleans_reminder_by_hash ON orleans_reminder (service, hash);

INSERT INTO OrleansQuery (QueryKey, QueryText) VALUES
('UpsertReminderRowKey', $$
    INSERT INTO orleans_reminder AS r (service, grain, name, start, period, hash, version)
    VALUES (@ServiceId, @GrainId, @ReminderName, @StartTime, @Period, @GrainHash, 0)
    ON CONFLICT (service, grain, name) DO UPDATE
    SET start = excluded.start, period = excluded.period, hash = excluded.hash, version = r.version + 1
    RETURNING version AS Version
$$),
('ReadReminderRowsKey', $$
    SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period AS Period, version AS Version FROM orleans_reminder
    WHERE service = @ServiceId AND grain = @GrainId
$$),
('ReadReminderRowKey', $$
    SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period AS Period, version AS Version FROM orleans_reminder
    WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName
$$),
-- The range of the first does not pass the end of the ring, the second's does.
('ReadRangeRows1Key', $$
    SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period AS Period, version AS Version FROM orleans_reminder
    WHERE service = @ServiceId AND hash > @BeginHash AND hash <= @EndHash
$$),
('ReadRangeRows2Key', $$
    SELECT grain AS GrainId, name AS ReminderName, start AS StartTime, period AS Period, version AS Version FROM orleans_reminder
    WHERE service = @ServiceId AND (hash > @BeginHash OR hash <= @EndHash)
$$),
('DeleteReminderRowKey', $$
    WITH removed AS (DELETE FROM orleans_reminder WHERE service = @ServiceId AND grain = @GrainId AND name = @ReminderName AND version = @Version RETURNING 1)
    SELECT count(*)::integer FROM removed
$$),
('DeleteReminderRowsKey', $$
    DELETE FROM orleans_reminder WHERE service = @ServiceId
$$);
