// Access-token validation with Nimbus JOSE + JWT 10. Not part of the example tests.
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.MalformedURLException;
import java.net.URI;
import java.text.ParseException;
import java.util.Set;

// region java
final class AccessTokens {
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    AccessTokens() throws MalformedURLException {
        JWKSource<SecurityContext> keys = JWKSourceBuilder
                .create(URI.create("https://id.example.com/.well-known/jwks.json").toURL())
                .retrying(true)          // one retry on a network error
                .outageTolerant(true)    // keep the last good set while the endpoint is down
                .build();
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, keys));
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>( // default: JWT or no typ at all
                new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt")));
        var claims = new DefaultJWTClaimsVerifier<SecurityContext>(
                "https://orders.api.example.com",
                new JWTClaimsSet.Builder().issuer("https://id.example.com").build(),
                Set.of("exp", "iat", "jti", "sub", "client_id"));
        claims.setMaxClockSkew(30);      // default 60 s
        processor.setJWTClaimsSetVerifier(claims);
    }

    /** BadJOSEException and ParseException: 401. JOSEException (keys not reachable): 503. */
    JWTClaimsSet validate(String token) throws ParseException, BadJOSEException, JOSEException {
        return processor.process(token, null);
    }
}
// endregion
