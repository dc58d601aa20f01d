# GRUB asks for grub.cfg-01-MAC first: here comes a machine that has no such file, or a GRUB older than 2.06.
echo "Ringboot: nothing is known of $net_default_mac yet"
sleep 5
exit
