package com.example.shop;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.session.HttpSessionEventPublisher;

// region java
@Configuration
class LoginConfig {

    @Bean
    SecurityFilterChain web(HttpSecurity http, ClientRegistrationRepository clients) throws Exception {
        var requests = new DefaultOAuth2AuthorizationRequestResolver(clients, "/oauth2/authorization");
        requests.setAuthorizationRequestCustomizer(OAuth2AuthorizationRequestCustomizers.withPkce());

        var afterLogout = new OidcClientInitiatedLogoutSuccessHandler(clients); // calls end_session_endpoint
        afterLogout.setPostLogoutRedirectUri("{baseUrl}/");

        return http
            .authorizeHttpRequests(rules -> rules.requestMatchers("/", "/health").permitAll().anyRequest().authenticated())
            .oauth2Login(login -> login.authorizationEndpoint(end -> end.authorizationRequestResolver(requests)))
            .oidcLogout(logout -> logout.backChannel(Customizer.withDefaults())) // /logout/connect/back-channel/{registrationId}
            .logout(logout -> logout.logoutSuccessHandler(afterLogout))
            .build(); // state, nonce, ID token checks and a new session id are the defaults
    }

    @Bean
    HttpSessionEventPublisher sessionEvents() { // forgets ended sessions in the registry for back-channel logout
        return new HttpSessionEventPublisher();
    }
}
// endregion
