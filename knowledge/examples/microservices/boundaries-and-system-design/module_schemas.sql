-- region schemas
CREATE ROLE orders_app   LOGIN CONNECTION LIMIT 20;
CREATE ROLE payments_app LOGIN CONNECTION LIMIT 20;
CREATE SCHEMA orders   AUTHORIZATION orders_app;    -- the owner has all rights, nobody else has any
CREATE SCHEMA payments AUTHORIZATION payments_app;
ALTER ROLE orders_app   SET search_path = orders;
ALTER ROLE payments_app SET search_path = payments;
-- SELECT … FROM payments.charges as orders_app: ERROR: permission denied for schema payments
-- endregion schemas
