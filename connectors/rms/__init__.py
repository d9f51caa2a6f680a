"""The client of RMS WEB SERVICE: paced calls, typed answers, errors by next step."""
