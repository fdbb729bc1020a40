# Inputs that many cases share; sourced by their `cmd`.
# A table of four cells; the last has no counts.
cat >cells.csv <<'END'
cell,GeneA,GeneB,GeneC
c1,1,0,5
c2,0,2000,3
c3,7,1,1
c4,0,0,0
END
try() { "$@"; echo "= $?"; }

immune_cells=$GEMFLOW_SOURCE/data/immune_cells.h5ad
