internal import Crypto

/// What both sides have once their codes agree: keys, and the suite of their sessions.
struct Agreement: ~Copyable {
    let keys: PairingKeys
    let suite: Suite

    /// The sealed card of a side.
    borrowing func sealed(_ card: PairingCard, of role: SPAKE2.Role) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: PairingCard.size + AEAD.tagSize)
        var room = sealed.mutableSpan
        keys.seal(card.encoded.span, of: role, into: &room)
        return sealed
    }

    /// The confirmation of a side, and its sealed card.
    borrowing func proof(of role: SPAKE2.Role, with card: PairingCard) -> [UInt8] {
        let confirmation = keys.confirmation(of: role)
        return confirmation.indices.map { confirmation[$0] } + sealed(card, of: role)
    }

    /// Opens the card of the other side.
    borrowing func card(
        _ sealed: Span<UInt8>, of role: SPAKE2.Role, own: PairingCard
    ) throws(PairingFailure) -> PairingCard {
        var plain = [UInt8](repeating: 0, count: PairingCard.size)
        var room = plain.mutableSpan
        guard keys.open(sealed, of: role, into: &room) else { throw .code }
        guard let card = PairingCard(parsing: plain.span) else { throw .malformed }
        guard card.publicKey != own.publicKey else { throw .ownKey }
        return card
    }
}
