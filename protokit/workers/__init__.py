"""Who does the work of a search: in this process, in processes beside it, on a cluster, over a shared folder."""
