"""Updates in and messages out, so that no question is lost and none is answered twice."""
