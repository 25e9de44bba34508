// Polling relay on JDBC and PostgreSQL. Java 17, standard library; compiled with javac, needs a database to run.
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import javax.sql.DataSource;

public final class OutboxRelay {
    public interface Publisher {
        /** Returns after the broker has confirmed; throws otherwise. */
        void publish(String topic, String key, String payload, String messageId) throws Exception;
    }

    private final DataSource dataSource;
    private final Publisher publisher;

    public OutboxRelay(DataSource dataSource, Publisher publisher) {
        this.dataSource = dataSource;
        this.publisher = publisher;
    }

    // region relay
    /** Publishes one batch; several instances may run it, each takes other rows. */
    int relayOnce(int batch) throws Exception {
        try (Connection db = dataSource.getConnection()) {
            db.setAutoCommit(false);
            try (PreparedStatement select = db.prepareStatement("""
                     SELECT seq, topic, key, payload, message_id FROM outbox
                     WHERE sent_at IS NULL ORDER BY seq LIMIT ? FOR UPDATE SKIP LOCKED""");
                 PreparedStatement mark = db.prepareStatement("UPDATE outbox SET sent_at = now() WHERE seq = ?")) {
                select.setInt(1, batch);
                int sent = 0;
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        publisher.publish(row.getString("topic"), row.getString("key"),
                                row.getString("payload"), row.getString("message_id"));
                        mark.setLong(1, row.getLong("seq"));
                        mark.addBatch();
                        sent++;
                    }
                }
                mark.executeBatch();
                db.commit();          // the row locks end here; a crash before it sends the batch again
                return sent;
            } catch (Exception error) {
                db.rollback();
                throw error;
            }
        }
    }
    // endregion
}
