"""The HTML report of a prediction. The only place, with the app, that draws."""
