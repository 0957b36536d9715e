"""Proposes a structured recipe for a long prompt, from the words alone: nothing is guessed at that is not there."""

from studio.prompts.proposal.leaves import propose_json
from studio.prompts.proposal.pieces import Piece, Proposal
from studio.prompts.proposal.reading import propose

__all__ = ["Piece", "Proposal", "propose", "propose_json"]
