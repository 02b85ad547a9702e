"""A second implementation of docs/protocol.md, written from that page alone.

It shares no code with the program, so an error of one shows in the other. `Peer` behaves as the
page says, unless its `Manners` say otherwise; a test can reach every key, counter and datagram.
The modules, from the bottom:

    primitives, mlkem, p256       what the protocol is made of
    handshake, cookie             §1.2 to §1.7: messages, keys, a responder under load
    frames, audio, records        §2: what a session carries
    keytext, pairing, rosters     §4: texts, and what is not sent over UDP
    recording, messages           docs/recordings.md: files, and how one gets to another station
    session, handshakes, talk, upkeep
                                  what one side remembers and does
    wire                          sockets, rules for what passes, a network in virtual time
    peer, live                    all of it together; in a thread, beside a daemon of the stage
    oracle                        the values of Tests/Vectors/intercom_v1.json

Nothing here is in constant time: these keys protect nothing.
"""
