import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Transactional;

/** Claims an idempotency key, does the work and stores the reply in one transaction. Spring Boot 4.1, PostgreSQL. */
// region claim
@Component
class IdempotentRunner {
    record Reply(int status, String body, boolean replayed) {}
    record Stored(String requestHash, int status, String body) {}
    static class KeyReusedException extends RuntimeException {}        // map it to 422

    private final JdbcClient db;

    IdempotentRunner(JdbcClient db) { this.db = db; }

    /** Call it from another bean (a self-call skips the proxy) and outside any transaction of the caller. */
    @Transactional(isolation = Isolation.READ_COMMITTED, rollbackFor = Exception.class)
    public Reply runOnce(String account, String key, String hash, Supplier<Reply> work) {
        int claimed = db.sql("""
                INSERT INTO idempotency_keys (account_id, key, request_hash) VALUES (:account, :key, :hash)
                ON CONFLICT (account_id, key) DO NOTHING""")           // a concurrent twin waits here, then loses
            .param("account", account).param("key", key).param("hash", hash)
            .update();
        if (claimed == 0) {
            Stored first = db.sql("""
                    SELECT request_hash, status, body FROM idempotency_keys
                    WHERE account_id = :account AND key = :key""")
                .param("account", account).param("key", key)
                .query(Stored.class).single();
            if (!first.requestHash().equals(hash)) throw new KeyReusedException();
            return new Reply(first.status(), first.body(), true);
        }
        Reply reply = work.get();                                      // the business change, same transaction
        db.sql("UPDATE idempotency_keys SET status = :status, body = :body WHERE account_id = :account AND key = :key")
            .param("status", reply.status()).param("body", reply.body())
            .param("account", account).param("key", key)
            .update();
        return reply;                                                  // an exception rolls back key and order together
    }
}
// endregion
