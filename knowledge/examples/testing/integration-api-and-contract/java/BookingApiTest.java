package bookings;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.postgresql.PostgreSQLContainer;

// region spring
@SpringBootTest
@AutoConfigureMockMvc
@Testcontainers
class BookingApiTest {
    @Container
    @ServiceConnection // replaces spring.datasource.url, user and password
    static final PostgreSQLContainer POSTGRES = new PostgreSQLContainer("postgres:18"); // static: once per class

    @Autowired MockMvcTester mvc; // in-process: filters, security and serialisation run, no socket

    @Test
    void anonymousIsRefused() {
        assertThat(mvc.get().uri("/bookings/1")).hasStatus(401);
    }

    @Test
    void invalidBodyIsRefused() {
        assertThat(mvc.post().uri("/bookings")
                .header("Authorization", "Bearer " + TestTokens.forUser("ann"))
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"room\": \"\", \"nights\": 0}"))
            .hasStatus(400);
    }
}
// endregion spring
