package com.example.orders;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

// region spring
@RestControllerAdvice
class ProblemAdvice extends ResponseEntityExceptionHandler { // its base class already answers MVC errors as ProblemDetail
    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);
    private static final Map<String, String> CODES =
            Map.of("NotNull", "required", "NotBlank", "required", "Min", "too_small", "Max", "too_large");

    @Override
    protected ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException ex, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        ProblemDetail problem = ProblemDetail.forStatus(422);
        problem.setType(URI.create("https://api.example.com/problems/validation-error"));
        problem.setTitle("The request has invalid fields.");
        List<Map<String, String>> errors = ex.getBindingResult().getFieldErrors().stream()
                .map(e -> Map.of(
                        "pointer", "#/" + e.getField().replace("].", "/").replaceAll("[\\[.]", "/").replace("]", ""),
                        "code", CODES.getOrDefault(e.getCode(), "invalid")))
                .toList();
        problem.setProperty("errors", errors); // extension members are written at the top level
        return handleExceptionInternal(ex, problem, headers, HttpStatusCode.valueOf(422), request);
    }

    @ExceptionHandler({AccessDeniedException.class, AuthenticationException.class})
    void security(RuntimeException ex) {
        throw ex; // Spring Security answers 401 and 403; without this the catch-all makes them 500
    }

    @ExceptionHandler(Exception.class)
    ProblemDetail unexpected(Exception ex) {
        URI incident = URI.create("urn:uuid:" + UUID.randomUUID());
        log.error("unhandled error {}", incident, ex);
        ProblemDetail problem = ProblemDetail.forStatus(HttpStatus.INTERNAL_SERVER_ERROR);
        problem.setInstance(incident);
        return problem;
    }
}
// endregion
