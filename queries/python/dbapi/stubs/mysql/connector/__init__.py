from mysql.connector.connection import MySQLConnection


def connect(*args, **kwargs):
    return MySQLConnection()
