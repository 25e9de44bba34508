package com.example.shop;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

// region properties
@Validated // a missing or empty value stops the start and names the property
@ConfigurationProperties("partner")
record PartnerProperties(
        @NotNull URI baseUrl, // partner.base-url, or PARTNER_BASEURL from the environment
        @NotBlank String apiKey,
        @DefaultValue("2s") Duration readTimeout) {

    @Override
    public String toString() { // a record prints every member, the key too
        return "PartnerProperties[baseUrl=" + baseUrl + ", readTimeout=" + readTimeout + "]";
    }
}
// endregion
