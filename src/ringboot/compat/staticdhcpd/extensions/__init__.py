"""Extensions that staticDHCPd brought, written anew; a file of the site with the same name comes before them."""
