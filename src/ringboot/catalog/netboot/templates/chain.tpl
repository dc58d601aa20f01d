#!ipxe
chain --replace --autofree {{ http }}/${netX/mac:hexraw}/boot.ipxe
