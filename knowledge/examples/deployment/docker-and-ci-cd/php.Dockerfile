# syntax=docker/dockerfile:1
# region php
FROM composer:2 AS vendor
WORKDIR /app
COPY composer.json composer.lock ./
RUN --mount=type=cache,target=/tmp/cache \
    composer install --no-dev --no-scripts --no-autoloader --prefer-dist --ignore-platform-req='ext-*'
COPY . .
RUN composer dump-autoload --no-dev --classmap-authoritative --ignore-platform-req='ext-*'

FROM php:8.5-fpm-trixie
RUN docker-php-ext-install pdo_mysql && mv "$PHP_INI_DIR/php.ini-production" "$PHP_INI_DIR/php.ini" && \
    printf '[global]\nprocess_control_timeout = 20s\n' > /usr/local/etc/php-fpm.d/zz-drain.conf
WORKDIR /app
COPY --from=vendor /app ./
RUN chown -R www-data:www-data storage bootstrap/cache
USER 33
EXPOSE 9000
CMD ["php-fpm"]
# endregion php
