package com.example.shop;

import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtGrantedAuthoritiesConverter;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.stereotype.Component;
import org.springframework.stereotype.Service;

// region security
@Configuration
@EnableMethodSecurity // without it @PreAuthorize is a comment
class SecurityConfig {
    @Bean
    SecurityFilterChain api(HttpSecurity http, JwtAuthenticationConverter authorities) throws Exception {
        return http
            .csrf(csrf -> csrf.disable()) // right only because no cookie authenticates this API
            .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
            .authorizeHttpRequests(auth -> auth
                .requestMatchers("/livez", "/readyz", "/actuator/health/**").permitAll() // probes bring no token
                .anyRequest().authenticated()) // closed by default, the last rule
            .oauth2ResourceServer(oauth2 -> oauth2.jwt(jwt -> jwt.jwtAuthenticationConverter(authorities)))
            .build();
    }
}

@Component("orderAccess")
class OrderAccess {
    private final OrderRepository orders;

    OrderAccess(OrderRepository orders) {
        this.orders = orders;
    }

    public boolean owns(UUID orderId, Authentication who) {
        return orders.existsByIdAndCustomer(orderId, who.getName()); // the name is the sub claim
    }
}

@Service
class OrderQueries {
    @PreAuthorize("hasAuthority('SCOPE_orders:read') and @orderAccess.owns(#id, authentication)")
    public OrderView find(UUID id) {
        throw new UnsupportedOperationException("shortened");
    }
}
// endregion security

// region keycloak
@Configuration
class KeycloakAuthorities {
    @Bean
    JwtAuthenticationConverter authorities() {
        var scopes = new JwtGrantedAuthoritiesConverter(); // SCOPE_… from the scope claim, as by default
        var converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(jwt -> {
            Set<GrantedAuthority> granted = new HashSet<>(scopes.convert(jwt));
            Map<String, Object> realm = jwt.getClaimAsMap("realm_access"); // client roles: resource_access.<client>.roles
            if (realm != null && realm.get("roles") instanceof Collection<?> roles) {
                roles.forEach(role -> granted.add(new SimpleGrantedAuthority("ROLE_" + role))); // hasRole('support')
            }
            return granted;
        });
        return converter;
    }
}
// endregion keycloak
