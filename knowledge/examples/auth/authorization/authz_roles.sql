-- region tables
CREATE TABLE permission (name TEXT PRIMARY KEY);            -- 'invoice:cancel'; seeded from code, never from the UI
CREATE TABLE role (                                         -- built-in ones are copied into each new tenant
    tenant_id TEXT    NOT NULL REFERENCES tenant (id),
    id        INTEGER NOT NULL,
    name      TEXT    NOT NULL,
    built_in  BOOLEAN NOT NULL DEFAULT FALSE,               -- TRUE: tenants cannot edit it, migrations do
    PRIMARY KEY (tenant_id, id),
    UNIQUE (tenant_id, name)
);
CREATE TABLE role_permission (
    tenant_id  TEXT    NOT NULL,
    role_id    INTEGER NOT NULL,
    permission TEXT    NOT NULL REFERENCES permission (name),
    PRIMARY KEY (tenant_id, role_id, permission),
    FOREIGN KEY (tenant_id, role_id) REFERENCES role (tenant_id, id) ON DELETE CASCADE
);
CREATE TABLE membership (                                   -- a role is held in one tenant, never globally
    tenant_id  TEXT    NOT NULL REFERENCES tenant (id),
    user_id    TEXT    NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    role_id    INTEGER NOT NULL,
    granted_by TEXT    REFERENCES app_user (id) ON DELETE SET NULL,  -- the audit log keeps who it was
    granted_at TEXT    NOT NULL DEFAULT CURRENT_TIMESTAMP,
    PRIMARY KEY (tenant_id, user_id, role_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES role (tenant_id, id)  -- never another tenant's role
);
-- endregion tables

-- region effective
SELECT DISTINCT rp.permission
FROM membership m
JOIN role_permission rp ON rp.tenant_id = m.tenant_id AND rp.role_id = m.role_id
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
