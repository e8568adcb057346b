"""The recipe that makes the shipped reader weights; the package never imports it."""
