"""RMS WEB SERVICE, asked politely and answered in juchu's words."""
