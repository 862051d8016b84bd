"""Build or update the index of a folder: only new and changed articles are chunked and encoded.

A commit writes the new files beside the old ones, syncs them, replaces the manifest, and removes
what it no longer names. An interruption at any point leaves the old index or the new one.
"""

from __future__ import annotations

from pathlib import Path

from askvisit.encoder import spread
from askvisit.index import manifest as manifests
from askvisit.index import partial
from askvisit.index.location import BuildOptions, BuildReport
from askvisit.index.manifest import Manifest
from askvisit.index.plan import Plan, plan_build
from askvisit.index.write import TEMPORARY, write_files

_HASH = "[0-9a-f]" * 16
_OURS = (
    f"passages-{_HASH}.db",
    f"vectors-{_HASH}.faiss",
    f"encoded-{_HASH}.f32",
    *TEMPORARY,
    *partial.NAMES,
    f"{manifests.NAME}.tmp",
)
"""Files that a build may remove; anything else in the folder is the user's."""


def update(folder: Path, options: BuildOptions) -> BuildReport:
    """Build or update the index of a folder, for a caller that holds `only_writer`.

    Raises what `build_index` raises.
    """
    plan = plan_build(folder, options)
    if plan.reusable is not None and plan.is_done():
        _remove_leftovers(folder, plan.reusable.manifest)
        return _report(plan, plan.reusable.manifest, encoded=0)
    with spread(plan.encoder, options.workers):
        manifest, encoded = write_files(plan, options.progress)
    manifests.replace(folder, manifest)
    _remove_leftovers(folder, manifest)
    return _report(plan, manifest, encoded)


def _report(plan: Plan, manifest: Manifest, encoded: int) -> BuildReport:
    return BuildReport.of(
        plan.folder,
        manifest.counts,
        plan.before.articles if plan.before else {},
        plan.entries,
        plan.skipped,
        encoded=encoded,
        faiss=manifest.faiss,
        recall=manifest.recall,
        rebuilt=plan.reusable is None or plan.reusable.manifest.faiss != manifest.faiss,
    )


def _remove_leftovers(folder: Path, manifest: Manifest) -> None:
    """Remove what earlier builds left: files that the manifest does not name."""
    named = {built.name for built in manifest.files()}
    for pattern in _OURS:
        for path in folder.glob(pattern):
            if path.name not in named:
                path.unlink(missing_ok=True)
