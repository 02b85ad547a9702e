import HAL
import Testing

@Suite struct SystemErrorTests {
    @Test func saysWhatWhyAndWhatToDo() {
        let plain = SystemError(operation: "bind 0.0.0.0:5577", errno: 98)
        #expect(plain.description == "bind 0.0.0.0:5577: Address already in use")
        let advised = SystemError(operation: "open /x", errno: 13, advice: "chmod 600 /x")
        #expect(advised.description == "open /x: Permission denied; chmod 600 /x")
    }
}
