package com.example.shop;

import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;

@Configuration
class CorsConfig {
    // region spring
    @Bean
    CorsConfigurationSource corsConfigurationSource() {
        var policy = new CorsConfiguration();
        policy.setAllowedOrigins(List.of("https://app.example.com", "https://admin.example.com"));
        policy.setAllowCredentials(true); // with "*" Spring throws; allowedOriginPatterns("*") echoes everyone
        policy.setAllowedMethods(List.of("GET", "POST", "PATCH", "DELETE"));
        policy.setAllowedHeaders(List.of("Content-Type", "Idempotency-Key", "X-CSRF-Token"));
        policy.setExposedHeaders(List.of("Location", "ETag", "Retry-After"));
        policy.setMaxAge(Duration.ofMinutes(10));
        var source = new UrlBasedCorsConfigurationSource();
        source.registerCorsConfiguration("/api/**", policy);
        return source;
    }

    @Bean
    SecurityFilterChain api(HttpSecurity http) throws Exception {
        return http.cors(Customizer.withDefaults()) // preflights are answered before authentication
                .authorizeHttpRequests(rules -> rules.anyRequest().authenticated())
                .build();
    }
    // endregion spring
}
