"""What lies elsewhere: pages of the web, objects in stores of the cloud; and the copies that are kept of them."""
