-- region tables
CREATE TABLE permission (name TEXT PRIMARY KEY);            -- 'invoice:cancel'; seeded from code, never from the UI
CREATE TABLE role (
    id        INTEGER PRIMARY KEY,
    tenant_id TEXT REFERENCES tenant (id),                  -- NULL: built-in role, the same for all tenants
    name      TEXT NOT NULL
);
CREATE UNIQUE INDEX role_name ON role (coalesce(tenant_id, ''), name);
CREATE TABLE role_permission (
    role_id    INTEGER NOT NULL REFERENCES role (id) ON DELETE CASCADE,
    permission TEXT    NOT NULL REFERENCES permission (name),
    PRIMARY KEY (role_id, permission)
);
CREATE TABLE membership (                                   -- a role is held in one tenant, never globally
    user_id    TEXT    NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    tenant_id  TEXT    NOT NULL REFERENCES tenant (id),
    role_id    INTEGER NOT NULL REFERENCES role (id),
    granted_by TEXT    NOT NULL REFERENCES app_user (id),
    granted_at TEXT    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (user_id, tenant_id, role_id)
);
-- endregion tables

-- region effective
SELECT DISTINCT rp.permission
FROM membership m
JOIN role r ON r.id = m.role_id AND (r.tenant_id IS NULL OR r.tenant_id = m.tenant_id)
JOIN role_permission rp ON rp.role_id = r.id
WHERE m.user_id = :user AND m.tenant_id = :tenant;
-- endregion effective

-- region composite
CREATE TABLE project (
    tenant_id TEXT NOT NULL REFERENCES tenant (id),
    id        TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE task (
    tenant_id  TEXT NOT NULL,
    id         TEXT NOT NULL,
    project_id TEXT NOT NULL,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id)  -- cannot point into another tenant
);
-- endregion composite

-- region rls
ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE task FORCE ROW LEVEL SECURITY;                  -- otherwise the table owner is exempt
CREATE POLICY task_tenant ON task                           -- unset or '': no row at all
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), ''))
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), ''));
-- In every transaction, before the first query:
--   SELECT set_config('app.tenant_id', $1, true);          -- true: until the end of this transaction
-- endregion rls
