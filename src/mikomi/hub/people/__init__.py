"""Who the leads are: leads, companies, dated attributes, and the imports that bring them."""
