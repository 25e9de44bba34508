package com.example.shop;

import java.net.URI;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.accept.StandardApiVersionDeprecationHandler;
import org.springframework.web.servlet.config.annotation.ApiVersionConfigurer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

// region config
@Configuration
class VersionConfig implements WebMvcConfigurer {
    @Override
    public void configureApiVersioning(ApiVersionConfigurer versions) {
        var deprecation = new StandardApiVersionDeprecationHandler();
        deprecation.configureVersion("1.0")
            .setDeprecationDate(ZonedDateTime.of(2026, 9, 1, 0, 0, 0, 0, ZoneOffset.UTC))
            .setDeprecationLink(URI.create("https://api.example.com/docs/migrate-to-1.1"))
            .setSunsetDate(ZonedDateTime.of(2027, 3, 1, 0, 0, 0, 0, ZoneOffset.UTC));
        versions.useRequestHeader("API-Version")
            .setVersionRequired(false)
            .setDefaultVersion("1.0") // old clients send no header: keep what they know
            .setDeprecationHandler(deprecation);
    }
}
// endregion config
