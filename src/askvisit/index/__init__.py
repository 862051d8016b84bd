"""The index, a folder with a manifest: dense and BM25 search over passages of articles."""

from askvisit.index.build import BuildReport as BuildReport
from askvisit.index.location import CurrentIndex as CurrentIndex
from askvisit.index.location import Index as Index
from askvisit.index.location import IndexLocation as IndexLocation
from askvisit.index.location import build_index as build_index
from askvisit.index.location import locate as locate
from askvisit.index.location import location_of as location_of
from askvisit.index.location import temporary_index as temporary_index
from askvisit.index.snapshot import Articles as Articles
from askvisit.index.snapshot import PassageIndex as PassageIndex
from askvisit.index.snapshot import open_index as open_index
from askvisit.index.snapshot import verify_index as verify_index
