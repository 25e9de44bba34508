package com.example.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.when;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.jwt;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.testcontainers.service.connection.ServiceConnection;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.testcontainers.postgresql.PostgreSQLContainer;

// region tests
@TestConfiguration(proxyBeanMethods = false)
class Containers {
    @Bean
    @ServiceConnection // sets URL, user and password; no properties to keep in step
    PostgreSQLContainer postgres() {
        return new PostgreSQLContainer("postgres:18");
    }
}

@DataJpaTest // repositories only; rolls back after each test
@Import(Containers.class)
class OrderRepositoryTest {
    @Autowired OrderRepository orders;

    @Test
    void findsOnlyTheOwnersOrder() {
        var id = UUID.randomUUID();
        orders.saveAndFlush(new Order(id, "ada")); // flush, or constraints are never checked
        assertThat(orders.existsByIdAndCustomer(id, "eve")).isFalse();
    }
}

@WebMvcTest(OrderController.class) // routing, JSON, validation, security; no database
@Import(SecurityConfig.class)
class OrderControllerTest {
    @Autowired MockMvcTester mvc;
    @MockitoBean OrderService orders;
    @MockitoBean JwtDecoder decoder; // nothing asks the identity provider

    @Test
    void unknownOrderIsNotFoundAndAnonymousIsRejected() {
        var id = UUID.randomUUID();
        when(orders.find(id)).thenThrow(new OrderNotFound(id));
        assertThat(mvc.get().uri("/orders/" + id).with(jwt())).hasStatus(404);
        assertThat(mvc.get().uri("/orders/" + id)).hasStatus(401);
    }
}
// endregion tests
