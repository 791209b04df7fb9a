"""MQTT: the numbers and alerts of videos for a broker of the user, and devices for Home Assistant."""

from onwatch_catalog.mqtt.broker import Broker, BrokerUnavailable
from onwatch_catalog.mqtt.discovery import OFFLINE
from onwatch_catalog.mqtt.events import EXPIRY_S as EVENT_EXPIRY_S
from onwatch_catalog.mqtt.publishing import MqttPublishing
from onwatch_catalog.mqtt.topics import Topics

__all__ = ["EVENT_EXPIRY_S", "OFFLINE", "Broker", "BrokerUnavailable", "MqttPublishing", "Topics"]
