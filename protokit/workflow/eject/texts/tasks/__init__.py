"""The functions of scripts about what is learned: times until an event, clusters, the inputs again."""
