# syntax=docker/dockerfile:1
# region java
FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY mvnw pom.xml ./
COPY .mvn .mvn
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B dependency:go-offline
COPY src ./src
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -DskipTests package && \
    java -Djarmode=tools -jar target/orders.jar extract --layers --destination /layers

FROM eclipse-temurin:25-jre
WORKDIR /app
COPY --from=build /layers/dependencies/ /layers/spring-boot-loader/ ./
COPY --from=build /layers/snapshot-dependencies/ /layers/application/ ./
USER 10001
EXPOSE 8080
ENTRYPOINT ["java", "-XX:MaxRAMPercentage=75", "-jar", "orders.jar"]
# endregion java
