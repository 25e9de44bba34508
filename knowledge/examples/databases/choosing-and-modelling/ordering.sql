-- The ordering domain, relationally. PostgreSQL 15. Every rule here holds for every writer: services, scripts, psql.
-- psql -X -v ON_ERROR_STOP=1 -f ordering.sql; then ordering_rejects.sql shows what it refuses.

-- region ddl
CREATE TABLE tenants (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);

CREATE TABLE customers (
    tenant_id bigint NOT NULL REFERENCES tenants (id),
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id uuid   NOT NULL DEFAULT gen_random_uuid() UNIQUE,      -- uuidv7() from PostgreSQL 18
    email     text   NOT NULL CHECK (email LIKE '%_@_%'),
    UNIQUE (tenant_id, id)                                           -- target of composite foreign keys
);
CREATE UNIQUE INDEX customers_email_key ON customers (tenant_id, lower(email));

CREATE TABLE orders (
    tenant_id   bigint      NOT NULL,
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint      NOT NULL,
    status      text        NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'placed', 'paid', 'cancelled')),
    currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total_cents bigint      NOT NULL CHECK (total_cents >= 0),
    placed_at   timestamptz CHECK (status = 'draft' OR placed_at IS NOT NULL),
    UNIQUE (tenant_id, id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, id)   -- no order across tenants
);
CREATE INDEX orders_customer_idx ON orders (tenant_id, customer_id);
CREATE UNIQUE INDEX orders_one_draft ON orders (customer_id) WHERE status = 'draft';  -- one open basket

CREATE TABLE order_lines (
    tenant_id   bigint  NOT NULL,
    order_id    bigint  NOT NULL,
    line_no     integer NOT NULL,
    sku         text    NOT NULL,
    name        text    NOT NULL,          -- copied on purpose: the name and price at the time of the order
    price_cents bigint  NOT NULL CHECK (price_cents >= 0),
    quantity    integer NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (order_id, line_no),
    FOREIGN KEY (tenant_id, order_id) REFERENCES orders (tenant_id, id) ON DELETE CASCADE
);
-- endregion

-- region no-overlap
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE bookings (
    room_id bigint    NOT NULL,
    during  tstzrange NOT NULL CHECK (NOT isempty(during)),
    EXCLUDE USING gist (room_id WITH =, during WITH &&)   -- no two bookings of one room overlap, also under load
);
-- endregion
