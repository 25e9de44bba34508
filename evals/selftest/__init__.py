"""Adversarial fixtures for the metrics themselves: real guide texts, and what somebody who games a metric makes of them."""
