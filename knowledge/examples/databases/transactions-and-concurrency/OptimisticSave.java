import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The version column without an ORM; JPA does the same for a field annotated with @Version. Java 17, JDBC. */
final class OptimisticSave {

    // region jdbc
    /** Returns the new version. Throws StaleException when somebody saved first. */
    static int rename(Connection db, long id, int versionRead, String name) throws SQLException, StaleException {
        String sql = "UPDATE products SET name = ?, version = version + 1 WHERE id = ? AND version = ?";
        try (PreparedStatement update = db.prepareStatement(sql)) {
            update.setString(1, name);
            update.setLong(2, id);
            update.setInt(3, versionRead);          // what the client has seen, not what we read a moment ago
            if (update.executeUpdate() == 0) {
                throw new StaleException(id, versionRead);
            }
            return versionRead + 1;
        }
    }
    // endregion

    static final class StaleException extends Exception {
        StaleException(long id, int version) {
            super("product " + id + " is no longer at version " + version);
        }
    }
}
