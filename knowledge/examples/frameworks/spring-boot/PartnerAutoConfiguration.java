package com.example.shop;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestClient;

// region autoconfiguration
// one line in META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports names this class
@AutoConfiguration
@ConditionalOnClass(RestClient.class) // no HTTP client on the classpath: nothing happens
@ConditionalOnBooleanProperty(name = "partner.enabled", matchIfMissing = true)
@EnableConfigurationProperties(PartnerProperties.class)
class PartnerAutoConfiguration {
    @Bean
    @ConditionalOnMissingBean // an application that defines its own PartnerGateway wins
    PartnerGateway partnerGateway(RestClient.Builder http, PartnerProperties settings) {
        return new PartnerGateway(http.baseUrl(settings.baseUrl()).build());
    }
}
// endregion

class PartnerGateway {
    private final RestClient http;

    PartnerGateway(RestClient http) {
        this.http = http;
    }
}
