"""Groups of leads by conditions, and who came and went when."""
