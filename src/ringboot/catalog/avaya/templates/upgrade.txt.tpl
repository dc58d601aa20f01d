## Asked for first. It names no firmware: a phone keeps what it has, unless its own file names one.
GET 46xxsettings.txt
