package com.example.shop;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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

// region advice
@RestControllerAdvice
class ApiErrors extends ResponseEntityExceptionHandler { // already maps Spring's own exceptions to problems
    @Override
    protected ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Map<String, String>> errors = e.getFieldErrors().stream()
            .map(f -> Map.of("field", f.getField(), "code", String.valueOf(f.getCode())))
            .toList(); // never f.getRejectedValue()
        var problem = e.getBody();
        problem.setType(URI.create("https://api.example.com/problems/validation-error"));
        problem.setDetail("The request has invalid fields.");
        problem.setProperty("errors", errors); // becomes a top-level member
        return handleExceptionInternal(e, problem, headers, status, request);
    }

    @ExceptionHandler
    ProblemDetail notFound(OrderNotFound e) {
        return ProblemDetail.forStatusAndDetail(HttpStatus.NOT_FOUND, e.getMessage());
    }

    @ExceptionHandler({AccessDeniedException.class, AuthenticationException.class})
    void security(Exception e) throws Exception {
        throw e; // the security filters answer 401 or 403
    }

    @ExceptionHandler
    ProblemDetail unexpected(Exception e) {
        var incident = URI.create("urn:uuid:" + UUID.randomUUID());
        logger.error("unhandled error " + incident, e);
        var problem = ProblemDetail.forStatus(HttpStatus.INTERNAL_SERVER_ERROR); // no detail: nothing leaks
        problem.setInstance(incident);
        return problem;
    }
}
// endregion advice

class OrderNotFound extends RuntimeException {
    OrderNotFound(UUID id) {
        super("No order " + id);
    }
}
