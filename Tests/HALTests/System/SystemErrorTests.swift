import HAL
import Testing

@Suite struct SystemErrorTests {
    @Test func saysWhatWhyAndWhatToDo() {
        let plain = SystemError(operation: "bind 0.0.0.0:5577", errno: 98)
        #expect(plain.description == "bind 0.0.0.0:5577: Address already in use")
        let advised = SystemError(operation: "open /x", errno: 13, advice: "chmod 600 /x")
        #expect(advised.description == "open /x: Permission denied; chmod 600 /x")
    }

    @Test func aNameBeginsNoLineOfItsOwn() {
        let error = SystemError(operation: "open /x\nok: all is well\u{1b}[2J", errno: 13)
        #expect(error.description == "open /x?ok: all is well?[2J: Permission denied")
    }
}
